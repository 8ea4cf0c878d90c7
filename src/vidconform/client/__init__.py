"""Whether a client that is written already can live with a provider."""
