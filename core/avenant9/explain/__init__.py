"""Any verdict followed to the cells of the user's own file and to the text: what was counted, and why."""

from avenant9.explain.answer import Explainer, explain
from avenant9.explain.where import find

__all__ = ["Explainer", "explain", "find"]
