"""The story: scenes, what they ask to predict, and what they show."""
