from dropviz.hall.rooms import CODE, LETTERS, Change, State, new_room


def test_codes_can_be_read_aloud_and_keys_cannot_be_guessed():
    assert not set("0O1IL2Z5S8BUV") & set(LETTERS)
    assert len(LETTERS) == len(set(LETTERS))
    rooms = [new_room("", "", 1, "192.0.2.7") for _ in range(200)]
    assert all(CODE.fullmatch(room.code) for room, _ in rooms)
    assert len({room.code for room, _ in rooms}) > 190
    for room, key in rooms:
        assert len(key) * 6 >= 128  # bits
        assert key not in repr(room)
        assert "192.0.2.7" not in repr(room)
        assert [room.opens_with(one) for one in (key, "", key[:-1], "é")] == [True, False, False, False]


def test_another_scene_is_as_it_was_left():
    state = State().after(Change(revealed=True)).after(Change(rate=0.5)).after(Change(scene=2, rate=0.25))
    assert state == State(2, frozenset({1}), 0.25)
    assert state.after(Change(scene=2)) == state
    assert state.after(Change(scene=1)) == State(1, frozenset({1}), None)
    assert state.after(Change(scene=1, revealed=False)) == State(1, frozenset(), None)
    assert state.after(Change(forgets_rate=True)).rate is None
