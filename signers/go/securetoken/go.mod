module securetoken

go 1.18
