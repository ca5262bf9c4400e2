"""Panels as a notebook shows them: every mark as a trace of its name, and a frame a place that moves what moves."""

import numpy as np
import plotly.graph_objects as go
import pytest

import dropviz as dv
from dropviz import figures
from dropviz.live.modules import HERE
from dropviz.live.panels import (
    COLORS,
    POINTS_SHOWN,
    Axis,
    Band,
    Field,
    Label,
    Labels,
    Line,
    Panel,
    Path,
    Pixels,
    Points,
    Row,
    Stem,
)
from dropviz.live.plotly_figure import faint, plotly_figure
from dropviz.numbers.estimate import Estimate

RATES = (0.0, 0.25, 0.5, 0.75)
PLACES = np.array(RATES)
ACROSS, UP = Axis("rate", 0.0, 1.0), Axis("mean", 0.0, 10.0, unit=" %")
DECADES = Axis("ratio", 0.1, 1000.0, log=True)
EXACT = np.array([1.0, 2.0, 4.0, 20.0])
LINE = Line("standard train", "standard", Estimate(EXACT, EXACT + 0.5, np.array([0.1, np.nan, 0.2, 0.3])))


def panel(*marks, x=ACROSS, y=UP, **settings):
    return Panel("A title", x, y, marks, 100, **settings)


def drawn(*marks, now=0, **settings):
    return plotly_figure([Row([panel(*marks, **settings)])], RATES, now, "dropout rate")


def trace(figure, name):
    (found,) = [one for one in figure.data if one.name == name]
    return found


# ---- marks ----------------------------------------------------------------------------------------------------------


def test_a_line_is_its_exact_curve_and_simulated_points_with_error_bars():
    figure = drawn(LINE)
    exact, arrow, points = figure.data
    assert [exact.name, points.name] == ["standard train, exact", "standard train, simulated"]
    assert arrow.name == "standard train, goes on"
    np.testing.assert_array_equal(exact.x, PLACES)
    np.testing.assert_array_equal(exact.y, EXACT)
    assert (exact.mode, exact.line.color, exact.line.dash) == ("lines", COLORS["standard"], "solid")
    np.testing.assert_array_equal(points.x, PLACES[1:])  # none on the y axis
    np.testing.assert_array_equal(points.y, EXACT[1:] + 0.5)
    np.testing.assert_array_equal(points.error_y.array, [0.0, 0.2, 0.3])
    assert (points.mode, points.marker.symbol) == ("markers", "circle")


def test_a_dashed_line_has_rings_and_one_without_a_closed_form_says_so():
    dashed = Line("test", "none", Estimate(EXACT / 2, EXACT), dashed=True, width=4)
    line, points = drawn(dashed).data
    assert (line.line.dash != "solid", line.line.width, points.marker.symbol) == (True, 4, "circle-open")
    assert points.error_y.array is None
    assert [one.name for one in drawn(Line("Δ", "ink", Estimate(EXACT / 2), kind="simulated")).data] == [
        "Δ, simulated"
    ]


@pytest.mark.parametrize(
    ("exact", "y", "left", "rising"),
    [
        ([1.0, 2.0, 4.0, 20.0], UP, 0.5 + 0.25 * 6 / 16, True),
        ([9.0, 2.0, 4.0, -6.0], UP, 0.5 + 0.25 * 0.4, False),
        ([1.0, 10.0, 100.0, 10000.0], DECADES, 0.5 + 0.25 * 0.5, True),
        ([1.0, 2.0, 4.0, 10.0], UP, None, True),  # its end is seen
        ([1.0, 20.0, 4.0, 5.0], UP, None, True),  # it comes back
        ([1.0, 2.0, 4.0, np.nan], UP, None, True),  # it ends
        ([11.0, 12.0, 13.0, 14.0], UP, None, True),  # it was never there
    ],
)
def test_a_line_that_leaves_the_picture_for_good_ends_in_an_arrow_there(exact, y, left, rising):
    figure = drawn(Line("one", "other", Estimate(np.array(exact))), y=y)
    arrows = [one for one in figure.data if one.name == "one, goes on"]
    assert len(arrows) == (left is not None)
    for arrow in arrows:
        np.testing.assert_allclose(arrow.x[1], left)
        np.testing.assert_allclose(arrow.y[1], y.high if rising else y.low, atol=1e-12)
        assert arrow.x[0] < arrow.x[1]
        assert bool(arrow.y[0] < arrow.y[1]) is rising  # which way it points
        look = arrow.marker
        assert (look.symbol, look.angleref, look.color) == ("arrow", "previous", COLORS["other"])


@pytest.mark.parametrize("count", [2, 20, 21, 96, 201])
def test_points_stand_at_places_of_their_line_and_are_few(count):
    places = np.linspace(0.0, 0.95, count)
    line = Line("one", "other", Estimate(places**2, places**3, places))
    figure = plotly_figure([Row([panel(line)])], places.tolist(), 0, "rate")
    points = trace(figure, "one, simulated")
    assert min(count - 1, POINTS_SHOWN) <= len(points.x) <= 2 * POINTS_SHOWN
    assert set(points.x) <= set(places[1:])
    np.testing.assert_array_equal(points.y, np.asarray(points.x) ** 3)
    np.testing.assert_array_equal(points.error_y.array, points.x)


def test_the_browser_shows_as_many_points():
    assert f"const POINTS_SHOWN = {POINTS_SHOWN};" in (HERE / "marks.js").read_text(encoding="utf-8")


def test_paths_that_stand_and_that_follow_the_slider():
    rows = np.arange(12.0).reshape(4, 3)
    still = Path("still", "inverted", rows[0], rows[1], "dotted", stepped=True, filled=True)
    follows = Path("follows", "none", rows[0], rows, dots=7)
    figure = drawn(still, follows, now=2)
    one, other = trace(figure, "still"), trace(figure, "follows")
    np.testing.assert_array_equal((one.x, one.y), (rows[0], rows[1]))
    assert (one.line.shape, one.fill, one.fillcolor) == ("hv", "tozeroy", faint(COLORS["inverted"], 0.3))
    np.testing.assert_array_equal((other.x, other.y), (rows[0], rows[2]))
    assert (other.mode, other.marker.size, other.fill) == ("lines+markers", 7, None)
    for place, frame in enumerate(figure.frames):
        assert frame.traces == (1,)
        np.testing.assert_array_equal(frame.data[0].y, rows[place])
        assert frame.data[0].x is None


def test_points_are_dots_or_rings():
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    figure = drawn(Points("examples", "ink", x, y), Points("ring", "ink", x[:1], y[:1], size=17, open=True))
    dots, ring = figure.data
    assert (dots.mode, dots.marker.symbol, ring.marker.symbol, ring.marker.size) == (
        "markers", "circle", "circle-open", 17
    )  # fmt: skip
    np.testing.assert_array_equal((dots.x, dots.y), (x, y))


def test_a_stem_stands_on_the_axis_of_its_panel_and_no_mass_has_none():
    at, share = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.0, 30.0, 65.0, np.nan])
    figure = drawn(Stem("exactly 0 in training", "standard", at, share), now=2)
    (stem,) = figure.data
    assert stem.yaxis == "y"
    np.testing.assert_array_equal((stem.x, stem.y), ([0.3, 0.3], [0.0, 65.0]))
    np.testing.assert_array_equal(figure.frames[1].data[0].y, [0.0, 30.0])
    for nothing in (0, 3):
        assert np.isnan(np.asarray(figure.frames[nothing].data[0].y, dtype=float)).all()


def test_a_stem_may_move_alone_or_stand():
    moves = drawn(Stem("a", "none", PLACES, np.array([50.0]))).frames[3].data[0]
    np.testing.assert_array_equal((moves.x, moves.y), ([0.75, 0.75], [0.0, 50.0]))
    stands = drawn(Stem("a", "none", np.array([0.5]), np.array([50.0]), dashed=True))
    np.testing.assert_array_equal((stands.data[0].x, stands.data[0].y), ([0.5, 0.5], [0.0, 50.0]))
    assert stands.frames == ()


def test_a_band_is_the_area_between_its_curves():
    x = np.array([0.0, 1.0, 2.0])
    (band,) = drawn(Band("± deviation", "other", x, x - 1.0, x + 1.0)).data
    assert band.fill == "toself"
    outline = list(zip(band.x, band.y, strict=True))
    assert outline == [(0, 1), (1, 2), (2, 3), (2, 1), (1, 0), (0, -1)]


def test_a_field_is_shades_of_two_colours_with_a_line_at_one_half():
    z = np.array([[0.0, 0.2, 0.4], [0.6, 0.8, 1.0]])
    (field,) = drawn(Field("p", ("standard", "inverted"), np.arange(3.0), np.arange(2.0), z)).data
    np.testing.assert_array_equal(field.z, z)
    assert (field.zmin, field.zmax, field.contours.start, field.contours.end) == (0.0, 1.0, 0.5, 0.5)
    ends = [field.colorscale[0][1], field.colorscale[-1][1]]
    assert ends == [faint(COLORS["standard"], 0.5), faint(COLORS["inverted"], 0.5)]


def test_pixels_stand_from_the_top_and_turn_to_their_colour_beyond_the_ink():
    z = np.array([[0.0, 1.0, 2.0], [0.5, np.nan, 3.0]])
    (picture,) = drawn(Pixels("digit", "none", (0.0, 6.0), (1.0, 5.0), z)).data
    np.testing.assert_array_equal(picture.z, z)
    np.testing.assert_array_equal(picture.x, [1.0, 3.0, 5.0])
    np.testing.assert_array_equal(picture.y, [4.0, 2.0])
    assert (picture.zmin, picture.zmax) == (0.0, 2.0)
    assert [color for _, color in picture.colorscale[1:]] == [COLORS["title"], COLORS["none"]]


def test_what_is_no_mark_is_refused():
    with pytest.raises(TypeError, match="no mark: 3"):
        drawn(3)


# ---- the cursor, frames and axes ------------------------------------------------------------------------------------


def test_the_cursor_stands_at_this_rate_with_a_dot_on_every_line_that_is_seen():
    figure = drawn(LINE, Line("inverted", "inverted", Estimate(np.full(4, 3.0))), over=True, now=1)
    cursor = trace(figure, "this rate")
    np.testing.assert_array_equal(cursor.x, [0.25, 0.25, np.nan, 0.25, np.nan, 0.25])
    np.testing.assert_array_equal(cursor.y, [0.0, 10.0, np.nan, 2.0, np.nan, 3.0])
    assert cursor.marker.color[3::2] == (COLORS["standard"], COLORS["inverted"])
    last = figure.frames[3].data[0]
    assert (last.x[0], last.y[5]) == (0.75, 3.0)
    assert np.isnan(last.y[3])  # 20 is above the axis
    assert "this rate" not in [one.name for one in drawn(LINE).data]


def test_a_frame_a_place_and_a_slider_that_leads_to_each():
    figure = drawn(LINE, over=True, now=2)
    assert [frame.name for frame in figure.frames] == ["0", "0.25", "0.5", "0.75"]
    (slider,) = figure.layout.sliders
    assert (slider.active, slider.currentvalue.prefix) == (2, "dropout rate ")
    assert [list(step.args[0]) for step in slider.steps] == [[frame.name] for frame in figure.frames]
    assert {step.method for step in slider.steps} == {"animate"}


def test_what_stands_still_has_neither():
    figure = drawn(LINE)
    assert (figure.frames, figure.layout.sliders) == ((), ())


def test_axes_have_their_ends_titles_units_and_ticks():
    marks = Axis("layer", 0.6, 3.4, ticks=(1.0, 2.0, 3.0))
    figure = drawn(LINE, x=marks)
    x, y = figure.layout.xaxis, figure.layout.yaxis
    assert (x.range, y.range) == ((0.6, 3.4), (0.0, 10.0))
    assert (x.title.text, y.title.text, y.ticksuffix) == ("layer", "mean", " %")
    assert x.tickvals == (1.0, 2.0, 3.0)
    assert y.tickvals is None
    assert drawn(LINE, y=Axis("none", 0.0, 1.0, ticks=())).layout.yaxis.tickvals == ()


def test_a_logarithmic_axis_is_in_decades():
    axis = drawn(LINE, y=DECADES).layout.yaxis
    assert axis.type == "log"
    np.testing.assert_allclose(axis.range, (-1.0, 3.0))
    assert axis.dtick == 1
    assert drawn(LINE, y=Axis("ratio", 1.0, 9.0, log=True)).layout.yaxis.dtick == "D1"


def test_equal_units_are_as_long_on_both_axes():
    assert drawn(LINE, equal=True).layout.yaxis.scaleanchor == "x"
    assert drawn(LINE).layout.yaxis.scaleanchor is None


@pytest.mark.parametrize("axis", [UP, DECADES])
def test_labels_stand_where_they_do_in_the_browser(axis):
    near = Label(("standard =", "inverted"), "title", 0.25, 0.5)
    far = Label(("none",), "none", 0.5, 0.75, tip=(0.25, 0.5), anchor="start", aside=9.0)
    figure = drawn(LINE, y=axis, labels=Labels([near, far], []))
    title, one, other = figure.layout.annotations
    assert title.text == "<b>A title</b>"
    for label in (one, other):  # shares of the panel, on whatever axis
        assert (label.xref, label.yref) == ("x domain", "y domain")
    assert (one.text, one.x, one.y, one.showarrow) == ("standard =<br>inverted", 0.25, 0.5, False)
    assert (other.text, other.font.color, other.xanchor) == ("none", COLORS["none"], "left")
    assert (other.x, other.y, other.ay, other.showarrow) == (0.25, 0.5, 0.75, True)
    assert 0.5 + 9.0 / 960 < other.ax < 0.5 + 12.0 / 960  # pixels of a panel as wide as the figure
    assert (other.axref, other.ayref) == (other.xref, other.yref)  # or Plotly would take pixels


@pytest.mark.parametrize("counts", [(1,), (2, 3), (2, 2, 1, 3)])
def test_panels_stand_in_their_rows_and_none_on_another(counts):
    rows = [Row([panel(LINE, over=True)] * count) for count in counts]
    figure = plotly_figure(rows, RATES, 0, "rate")
    layout, boxes = figure.layout, []
    for number in range(1, sum(counts) + 1):
        suffix = "" if number == 1 else number
        boxes.append((*layout[f"xaxis{suffix}"].domain, *layout[f"yaxis{suffix}"].domain))
    assert all(0.0 <= low < high <= 1.0 for box in boxes for low, high in (box[:2], box[2:]))
    for at, (left, right, bottom, top) in enumerate(boxes):
        for other in boxes[:at]:
            assert left >= other[1] or right <= other[0] or bottom >= other[3] or top <= other[2]
    tops = [box[3] for box in boxes]
    assert tops == sorted(tops, reverse=True)
    assert len(set(tops)) == len(counts)
    assert {one.xaxis for one in figure.data} == {f"x{n or ''}" for n in (0, *range(2, sum(counts) + 1))}


def test_the_first_screen_has_the_traces_that_it_always_had():
    sweep = dv.sweep(dv.SweepConfig(units=2000, rates=dv.rate_grid(0.0, 0.9, 0.1)))
    figure = figures.explorer(sweep, rate=0.5)
    assert isinstance(figure, go.Figure)
    distribution = ["training", "test", "exactly 0 in training", "exactly 0 at test"]
    lines = [f"{name} {phase}" for name in ("standard", "inverted") for phase in ("train", "test")]
    pairs = [[f"{name}, {kind}" for name in names for kind in ("exact", "simulated")] + ["this rate"]
             for names in (lines, lines, ("standard", "inverted"))]  # fmt: skip
    assert [one.name for one in figure.data] == [*distribution * 2, *pairs[0], *pairs[1], *pairs[2]]
    assert figure.layout.sliders[0].active == 5


def test_a_line_inside_another_has_dashes_of_the_ground_and_points_between():
    places = np.linspace(0.0, 0.95, 96)
    estimate = Estimate(places, places + 0.01, np.full(96, 0.1))
    below, upon = (Line("l", "other", estimate, True, inside=bool(turn), turn=turn) for turn in (0.0, 0.5))
    figures_of = [plotly_figure([Row([panel(line)])], places.tolist(), 0, "rate") for line in (below, upon)]
    colors = [figure.data[0].line.color for figure in figures_of]
    assert colors == [COLORS["other"], "#ffffff"]
    xs = [set(figure.data[1].x) for figure in figures_of]
    assert xs[0].isdisjoint(xs[1])
    assert abs(len(xs[0]) - len(xs[1])) <= 1


def test_a_panel_with_names_beside_it_ends_where_they_begin():
    wide, narrow = (plotly_figure([Row([panel(LINE, right=right)])], RATES, 0, "rate") for right in (10, 100))
    assert wide.layout.xaxis.domain[1] - narrow.layout.xaxis.domain[1] == pytest.approx(90 / (960 - 46 - 10))
