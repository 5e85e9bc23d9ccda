"""What the commands say, in Swedish: tables from each sentence as the code says it in English (see `language`)."""
