"""The page that `stupror view` opens: two worlds with the same luck, year by year, in Mesa's browser server.

`settings` says what is run, `world` runs it, `numbers`, `lives` and `reasoning` take from a world what is shown, `maps`
and `figures` draw it, `page` puts it on the page and `serving` puts the page on the loopback address.
"""
