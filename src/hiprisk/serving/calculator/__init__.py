"""The calculator page: one HTML file with a model inside, for any browser, without a network."""
