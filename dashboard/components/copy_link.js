// Copies the address that the browser shows at the time of the click.
const IDLE = "Copy link"

export default function ({ parentElement }) {
  const button = parentElement.querySelector(".copy")
  button.textContent ||= IDLE
  button.onclick = async () => {
    button.textContent = (await copied(window.location.href)) ? "Copied" : "Copy the address above"
    setTimeout(() => (button.textContent = IDLE), 2000)
  }
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false // the browser does not allow it, or the page is not served securely
  }
}
