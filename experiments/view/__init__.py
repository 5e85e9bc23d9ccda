"""The page that `stupror view` opens: two worlds with the same luck, year by year, in Mesa's browser server.

`settings` says what is run and `contract_file` reads the designs for it; `pair` runs it; `numbers`, `lives` and
`reasoning` take from a world what is shown; `maps`, `figures` and `portraits` draw it and `tables` writes it down;
`page`, `tabs` and their `pieces` put it on the page, in the `words` of the reader, and `serving` puts the page on the
loopback address.
"""
