"""Trials that are drawn, run and analysed thousands of times: arrays in, shares and means out."""
