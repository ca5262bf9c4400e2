"""What a picture owes the eye: nothing moves under the finger, no tip leaves the window, no panel is squeezed."""

import re

import numpy as np

# Drag from end to end; what stands elsewhere, or is of another size, than at the first place.
MOVED = """async () => {
  const range = document.querySelector(".dv-range");
  const nodes = [...document.querySelectorAll(".dv-panel, .dv-unit-row, .dv-data")];
  const standing = () => nodes.map((node) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return [left, top + document.querySelector("[data-testid=stMain]").scrollTop, width, height].map(Math.round).join();
  });
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const moved = new Set();
  let first = null;
  for (let at = 0; at <= Number(range.max); at += 5) {
    range.value = at;
    range.dispatchEvent(new Event("input"));
    await frame();
    first ??= standing();
    standing().forEach((place, which) => { if (place !== first[which]) moved.add(nodes[which].className); });
  }
  return [...moved];
}"""
# Tips at both ends and in the middle of every panel that leave the window, or hold more than they have room for.
BEYOND = """() => [...document.querySelectorAll(".dv-grip")].flatMap((grip) => {
  grip.scrollIntoView({ block: "center" });
  const { left, top, width, height } = grip.getBoundingClientRect();
  const tip = document.querySelector(".dv-tip");
  return [0.01, 0.5, 0.99].flatMap((share) => {
    grip.dispatchEvent(new PointerEvent("pointermove", { clientX: left + share * width, clientY: top + height / 2 }));
    const box = tip.getBoundingClientRect();
    const inside = box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight;
    return !tip.matches(":popover-open") || (inside && tip.scrollWidth <= tip.clientWidth) ? [] : [tip.textContent];
  });
})"""
SQUEEZED = """() => [...document.querySelectorAll(".dv-growing .dv-panel")]
  .map((panel) => panel.getBoundingClientRect())
  .filter(({ left, right, width }) => width < 250 || left < 0 || right > innerWidth).length"""
MANY = "/?strategies=standard,inverted,none,wrong_train&gap=wasserstein"


def test_nothing_moves_under_the_finger_and_every_tip_is_in_the_window(phone, opened, walk):
    opened(phone, MANY)
    for path in (MANY, "/which-p", "/next-layer", "/answer"):
        if path != MANY:
            walk(phone, path)
        phone.wait_for_timeout(300)  # it has moved to where it stands
        assert phone.evaluate(MOVED) == [], path
        assert phone.evaluate(BEYOND) == [], path


def test_panels_that_grow_have_the_width_of_the_phone(phone, opened):
    opened(phone, "/training?training=own&training_data=moons")
    phone.locator(".dv-growing .dv-panel").nth(1).wait_for()
    assert phone.evaluate(SQUEEZED) == 0


def test_a_picture_in_the_dark_has_light_text_and_is_printed_in_dark_ink(dark, opened):
    opened(dark, "/?view=full")
    for part in (".dv-value", ".dv-tick", ".dv-name"):
        color = dark.locator(part).first.evaluate(
            "(node) => getComputedStyle(node)[node.tagName === 'text' ? 'fill' : 'color']"
        )
        numbers = [float(number) for number in re.findall(r"[\d.]+", color)][:3]
        brightness = np.mean(numbers) * (255 if color.startswith("color") else 1)
        assert brightness > 120, (part, color)
    dark.emulate_media(media="print")
    ink, ground = dark.locator(".dv-title").first.evaluate(
        "node => [getComputedStyle(node).color, getComputedStyle(node.closest('.dv')).backgroundColor]"
    )
    dark.emulate_media(media="screen")
    assert (ink, ground) == ("rgb(16, 19, 22)", "rgb(255, 255, 255)")
