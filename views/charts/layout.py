"""What all charts share: a layout for light and dark, a config without uploads, marks for bars."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from views.palette import Mark

#: For ``st.plotly_chart(config=...)``: no logo, no button that uploads, no scrolling that zooms by accident.
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "scrollZoom": False,
    "modeBarButtonsToRemove": ["sendChartToCloud", "sendDataToCloud", "lasso2d", "select2d", "autoScale2d"],
}


def figure(*traces: Any, height: int = 320, **layout: Any) -> go.Figure:
    """A figure in the shared layout: transparent, so that it is at home in light and dark.

    Fonts and grid lines come from Streamlit's own Plotly theme, which follows the app's.
    """
    drawn = go.Figure(data=list(traces))
    drawn.update_layout(
        height=height,
        margin={"l": 8, "r": 16, "t": 28, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "xanchor": "left", "x": 0},
        hoverlabel={"align": "left"},
        bargap=0.25,
    )
    drawn.update_xaxes(automargin=True, zeroline=False)
    drawn.update_yaxes(automargin=True, zeroline=False)
    drawn.update_layout(**layout)
    return drawn


def fill(mark: Mark, *, hollow: bool = False) -> dict[str, Any]:
    """The marker of a bar: colour and pattern; ``hollow`` for what is planned or projected and not measured."""
    pattern = {"shape": mark.pattern or ("/" if hollow else ""), "size": 6, "solidity": 0.25, "fillmode": "overlay"}
    return {
        "color": see_through(mark.colour, 0.25) if hollow else mark.colour,
        "line": {"color": mark.colour, "width": 1.5},
        "pattern": pattern | {"fgcolor": mark.colour if hollow else "rgba(255,255,255,0.4)"},
    }


def see_through(colour: str, share: float) -> str:
    """A ``#rrggbb`` colour as ``rgba`` with this opacity (0-1)."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"
