// Comfort on top of pages that work without it: drafts, the Helpful button,
// keys. Nothing here is needed to read, write or moderate. No eval, no HTML
// from strings: the content policy and Trusted Types forbid both.
import { Composer, forgetSentDraft } from "./composer";
import { optimisticHelpful } from "./helpful";
import { desk } from "./desk";
import { keys } from "./keys";
import { menus } from "./menus";

forgetSentDraft();
customElements.define("cp-composer", Composer);
optimisticHelpful();
desk();
keys();
menus();

// A form that came back says first what is to be mended.
document.getElementById("errors")?.focus();
