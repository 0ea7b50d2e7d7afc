"""Real breaches, as public registers tell them, judged by the shelf."""
