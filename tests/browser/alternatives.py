"""Whether what is drawn is told, too: the text alternatives of a page's charts and pictures."""

import re

from playwright.sync_api import Page

# What is read out has to come from the data: a number or a quoted name is in it. Else it is
# generic, unless it says that there is nothing to see yet.
FROM_DATA = re.compile(r"\d|“.+”")
NOT_YET = ("nothing yet", "computing…")

# Not made from data, or told in another way: Streamlit's logo, its sign of work, and its tables
# (their canvas has a table within), icons beside the words for it, and the canvas to draw on.
OWN = (
    "span[role=img][aria-label$=' icon'][translate=no], "
    "[data-testid*='Logo'], [data-testid^='stStatusWidget'], [data-testid='stDataFrame'], "
    ".canvas-container"
)
LISTED = f"""() => {{
  const listed = []
  const walk = (root) => {{
    for (const node of root.querySelectorAll('*')) {{
      if (node.shadowRoot) walk(node.shadowRoot)
      if (!node.matches('img, canvas, [role=img], [data-testid=stPlotlyChart]')) continue
      const within = node.parentElement?.closest('[role=img], [role=figure], [aria-hidden=true]')
      if (within || node.matches('[aria-hidden=true]') || node.closest("{OWN}")) continue
      if (!node.checkVisibility({{visibilityProperty: true}})) continue
      const label = node.getAttribute('aria-label') ?? node.getAttribute('alt') ?? ''
      // What is worked with says what it shows in other ways: as a value, or beside it.
      const works = ['application', 'slider'].includes(node.getAttribute('role'))
      listed.push({{label, works, node: node.outerHTML.slice(0, 150)}})
    }}
  }}
  walk(document)
  return listed
}}"""


def is_generic(label: str) -> bool:
    """Whether a text alternative would be the same for any data."""
    return not (FROM_DATA.search(label) or label.endswith(NOT_YET))


def untold(page: Page) -> list[str]:
    """Name the charts and pictures of a page whose alternatives are missing or generic."""
    return [
        f"{one['label']!r}: {one['node']}"
        for one in page.evaluate(LISTED)
        if not one["label"].strip() or (is_generic(one["label"]) and not one["works"])
    ]
