# Prints the numbers of case.toml. Base R only.
options(digits = 12)
show <- function(label, x, y) {
  test <- suppressWarnings(wilcox.test(x, y, conf.int = TRUE))
  cat(label, test$statistic, test$p.value, test$estimate, test$conf.int, "\n")
}
# Permeability of the human chorioamnion at term and at 12 to 26 weeks: the example of R's help page of wilcox.test.
show("help_page", c(0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46), c(1.15, 0.88, 0.90, 0.74, 1.21))
i <- 1:49; j <- 1:37
show("large_exact", sqrt(i) * 3 + sin(i), sqrt(j) * 3 - cos(7 * j))
show("tied", c(7, 8, 9, 6, 8, 7, 5, 10, 8, 6), c(5, 4, 6, 7, 3, 5, 6, 2))
k <- 1:120; l <- 1:90
show("normal", sqrt(k) * 3 + sin(k), sqrt(l) * 3 - cos(7 * l))
