"""What a person may set, as data: ranges, defaults, words, and how an address spells them. No Streamlit here."""
