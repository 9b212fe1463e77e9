# red: shellcheck SC2164
cd /somewhere
rm -rf build
