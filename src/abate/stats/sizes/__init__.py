"""How many persons must a trial have, or what can so many show?"""
