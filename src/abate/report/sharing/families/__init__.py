"""The counts of a result family by family; where one group may lie inside another it is taken to, which can only hide more."""
