"""How much of the fall needs no drug?"""
