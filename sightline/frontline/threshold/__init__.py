"""The thresholds of need: one local rulebook with dates, and how far agencies agree in applying it."""
