# red: own piped-download
sh -c "$(curl -fsSL https://tools.example/install.sh)"
