/** As script/rehearse and script/workflow start Node: the packages' sources, without a build. */
export const SOURCES = ['--disable-warning=ExperimentalWarning', '--conditions=@vendure-deploy/source'];
