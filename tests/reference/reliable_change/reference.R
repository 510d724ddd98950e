# Prints the numbers of case.toml from the data in ABATE_DATA (GPL; not kept here). Base R only.
folder <- file.path(Sys.getenv("ABATE_DATA"), "clinical-significance")
options(digits = 12)
claus <- read.csv(file.path(folder, "claus_2020.csv"))
wide <- merge(claus[claus$time == 1, c("id", "bdi", "hamd")], claus[claus$time == 4, c("id", "bdi", "hamd")], by = "id")
wide <- wide[complete.cases(wide), ]
change <- wide$bdi.y - wide$bdi.x
fall <- wide$hamd.x - wide$hamd.y
slight <- fall >= 4 & fall <= 10   # an anchor for the sake of the example, no published one
test <- t.test(change[slight])
cat("anchor", nrow(wide), sum(slight), test$estimate, test$conf.int, "\n")
first <- wide$bdi.x
cat("spread", length(first), sd(first), sd(first) / 2, sd(first) * sqrt(1 - 0.801), qnorm(0.975) * sd(first) * sqrt(2 * (1 - 0.801)), "\n")
hechler <- read.csv(file.path(folder, "hechler_2014.csv"))
pain <- merge(hechler[hechler$measurement == 1, ], hechler[hechler$measurement == 2, ], by = "patient")
pain <- pain[complete.cases(pain), ]
error <- sd(pain$disability.x) * sqrt(2) * sqrt(1 - 0.87)
rc <- (pain$disability.y - pain$disability.x) / error
cut <- mean(pain$disability.x) - 2 * sd(pain$disability.x)
better <- rc < -qnorm(0.975); worse <- rc > qnorm(0.975)
into <- pain$disability.x > cut & pain$disability.y < cut; out <- pain$disability.x < cut & pain$disability.y > cut
cat("hechler", nrow(pain), error, cut, sum(better & into), sum(better & !into), sum(!better & !worse), sum(worse & !out), sum(worse & out), sum(rc), "\n")
