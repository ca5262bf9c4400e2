"""What is mounted on a page: the live figure, growing curves, the story."""
