"""What is mounted on a page: live and growing figures, the story, code to copy, a person's file."""
