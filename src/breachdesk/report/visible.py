"""Text from evidence made harmless to the eye; it stands on the ground, where every room can reach it."""

from breachdesk.ground.visible import LONGEST, visible

__all__ = ["LONGEST", "visible"]
