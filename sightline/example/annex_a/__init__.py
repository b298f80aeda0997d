"""The invented borough's Annex A workbooks: one a quarter, each with Ofsted's eleven lists of six months."""
