"""Course tables -> one row a course: baseline, final, nadir, response, harm, durability."""
