import pytest

from views import palette
from views.charts.layout import CONFIG, figure, fill, see_through


def test_a_figure_is_transparent_for_light_and_dark() -> None:
    layout = figure().layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert layout.font.color is None


def test_no_chart_has_a_button_that_uploads() -> None:
    assert {"sendChartToCloud", "sendDataToCloud"} <= set(CONFIG["modeBarButtonsToRemove"])


@pytest.mark.parametrize("mark", palette.CATEGORIES.values(), ids=lambda mark: mark.label)
def test_what_is_planned_is_hatched_and_pale(mark: palette.Mark) -> None:
    planned, done = fill(mark, hollow=True), fill(mark)
    assert planned["pattern"]["shape"]
    assert planned["color"] == see_through(mark.colour, 0.25) and done["color"] == mark.colour
