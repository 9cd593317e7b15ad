"""Decides what happened, from where things in view stood: one module for each rule. No pictures, no clock, no files."""
