"""Administrations -> doses -> courses, and the clock that counts a course's days."""
