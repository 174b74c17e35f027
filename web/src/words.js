/** Sentences: the templates come from `pipeline/words.py` with the run, the numbers from here. */

const LONGEST = 24; // letters of a name beside a bar
const PERCENT = {en: '%', de: '\u00a0%'};

let language = 'en'; // of the numbers

/** Write numbers as a language has them from now on: "98.5%", "98,5 %". */
export function speak(wanted) {
  language = wanted in PERCENT ? wanted : 'en';
}

/** Write a number's digits, such as "0.5", with the language's point. */
export function pointed(digits) {
  return language === 'de' ? digits.replace('.', ',') : digits;
}

/** Write a share as a percentage with meaningful digits: "98.5%", "99.95%". */
export function percent(share) {
  if (share === 1) return `100${PERCENT[language]}`;
  if (share > 0 && share < 0.0005) return language === 'de' ? 'unter 0,1\u00a0%' : 'under 0.1%';
  const text = fixed(100 * share, share < 0.99 ? 1 : 2);
  // 99.999 must not look like 100.
  return `${pointed(Number(text) === 100 ? '99.99' : text)}${PERCENT[language]}`;
}

/** Write a count: "1,400". */
export function count(number) {
  return number.toLocaleString(language);
}

/** Fill the places of a template: "{best}" becomes `values.best`. */
export function filled(template, values) {
  return template.replace(/{(\w+)}/g, (_, place) => values[place]);
}

/**
 * Say a prediction and its runner-up, part by part.
 *
 * @param {Object<string, string>} words templates.
 * @param {string[]} names of the classes.
 * @param {ArrayLike<number>} shares their probabilities.
 * @param {boolean} isOod whether the image is out of distribution.
 * @return {{best: string, share: string, rest: string, remark: string, sentence: string}} the
 *     predicted class, its probability, the runner-up, a remark or '', and all of it as
 *     `pipeline.words.guess` says it.
 */
export function guess(words, names, shares, isOod) {
  const [first, second] = ranked(shares);
  const values = {
    best: names[first], share: percent(shares[first]),
    other: names[second], rest: percent(shares[second]),
  };
  const said = filled(words.guess, values), remark = isOod ? words.ood_remark : '';
  return {
    best: values.best, share: values.share, rest: filled(words.runner_up, values), remark,
    sentence: isOod ? filled(words.remarked, {said, remark}) : said,
  };
}

/** The classes, most probable first. */
export function ranked(shares) {
  return Array.from(shares, (_, label) => label).sort((a, b) => shares[b] - shares[a]);
}

/** Leave out the middle of a long name. */
export function shortened(name) {
  const letters = [...name];
  if (letters.length <= LONGEST) return name;
  const kept = (LONGEST - 1) / 2;
  return `${letters.slice(0, Math.ceil(kept)).join('')}…${letters.slice(-Math.floor(kept)).join('')}`;
}

/** Write a number with some digits; like Python, what is exactly halfway goes to the even digit. */
function fixed(value, digits) {
  const upper = value.toFixed(digits);
  const halfway = (value * 2 ** (digits + 1)) % 2 === 1;
  return halfway && Number(upper.at(-1)) % 2 === 1
    ? (Number(upper) - 10 ** -digits).toFixed(digits) : upper;
}
