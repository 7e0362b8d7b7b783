// Written by build.mjs: one sheet of all beside this, without what only people read.
import '../lib/style/index.css';
