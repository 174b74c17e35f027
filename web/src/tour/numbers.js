/** Numbers as the language has them, as `pipeline/prose/texts.py` writes them. */

/** Write a number with some digits: "1,500", in German "1.500". */
export function number(language, value, digits = 0) {
  return written(language, value, {minimumFractionDigits: digits, maximumFractionDigits: digits});
}

/** Write a share in [0, 1]: "98.5%", in German "98,5 %". */
export function percent(language, share, digits = 1) {
  return written(language, share, {style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits});
}

function written(language, value, how) {
  // Like Python, what is exactly halfway goes to the even digit.
  const text = new Intl.NumberFormat(language, {...how, roundingMode: 'halfEven'}).format(value);
  return text.replace(/^-/, '−');
}
