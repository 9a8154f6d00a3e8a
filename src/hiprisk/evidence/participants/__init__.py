"""Who the participants of a study were: table 1, of everybody, by outcome and by site."""
