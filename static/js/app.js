// The one door: every module is loaded once, through here.
import "./dialogs.js";
import "./toasts.js";
import "./shortcuts.js";
import "./guard.js";
import "./charts.js";
