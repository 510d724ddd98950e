# Prints the Miettinen-Nurminen limits of case.toml. Base R only: the likelihood is maximised by search under each
# difference, with no closed form, and the limits are found by uniroot.
variance <- function(d, x1, n1, x2, n2) {
  log_likelihood <- function(q2) dbinom(x1, n1, min(1, max(0, q2 + d)), log = TRUE) + dbinom(x2, n2, q2, log = TRUE)
  q2 <- optimize(log_likelihood, c(max(0, -d), min(1, 1 - d)), maximum = TRUE, tol = 1e-12)$maximum
  q1 <- q2 + d
  (q1 * (1 - q1) / n1 + q2 * (1 - q2) / n2) * (n1 + n2) / (n1 + n2 - 1)
}
limits <- function(x1, n1, x2, n2, level = 0.95) {
  seen <- x1 / n1 - x2 / n2
  excess <- function(d) (seen - d)^2 - qnorm((1 + level) / 2)^2 * variance(d, x1, n1, x2, n2)
  sapply(list(c(-1 + 1e-9, seen - 1e-9), c(seen + 1e-9, 1 - 1e-9)), function(range) uniroot(excess, range, tol = 1e-12)$root)
}
for (counts in list(c(56, 70, 48, 80), c(9, 10, 3, 10), c(5, 56, 1, 29), c(48, 61, 55, 77), c(7, 34, 1, 34)))
  cat(counts, sprintf("%.9f", limits(counts[1], counts[2], counts[3], counts[4])), "\n")
cat("90 %", sprintf("%.9f", limits(48, 61, 55, 77, 0.9)), "\n")
