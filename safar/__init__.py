"""What both environments share: plain Python 3.10 and up, no Rasa, no Django."""
