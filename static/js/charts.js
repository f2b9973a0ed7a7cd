// Plotly charts: loaded when the first one scrolls into view, drawn from the JSON beside
// it, in the colours of the theme. "token:band-green" in a figure is that CSS token.

let library = null;

function plotly(address) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.Plotly);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

function color(name) {
  // A probe turns light-dark(…) into the colour that holds now.
  const probe = document.createElement("i");
  probe.hidden = true;
  document.body.append(probe);
  probe.style.color = `var(--${name})`;
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function resolve(value) {
  if (typeof value === "string" && value.startsWith("token:")) return color(value.slice(6));
  if (Array.isArray(value)) return value.map(resolve);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
  }
  return value;
}

function layout(given) {
  const axis = { gridcolor: color("app-line"), zerolinecolor: color("app-line-strong"), linecolor: color("app-line"), automargin: true, ticklabelstandoff: 6 };
  const { xaxis = {}, yaxis = {}, ...rest } = resolve(given ?? {});
  return {
    margin: { t: 12, r: 16, b: 36, l: 44 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    showlegend: false,
    hovermode: "x unified",
    hoverlabel: { bgcolor: color("app-raised"), bordercolor: color("app-line"), font: { color: color("app-ink") } },
    font: { family: '"Inter Variable", system-ui, sans-serif', size: 12, color: color("app-ink-2") },
    ...rest,
    xaxis: { ...axis, ...xaxis },
    yaxis: { ...axis, ...yaxis },
  };
}

async function draw(canvas) {
  const Plotly = await plotly(canvas.dataset.plotly);
  const figure = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
  const config = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d"] };
  await Plotly.react(canvas, resolve(figure.data), layout(figure.layout), config);
  canvas.dataset.drawn = "";
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    seen.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "200px" });

function watch(root) {
  root.querySelectorAll("[data-chart]:not([data-drawn])").forEach((canvas) => seen.observe(canvas));
}

watch(document);
document.addEventListener("htmx:afterSettle", (event) => watch(event.target));
document.addEventListener("themechange", () => {
  document.querySelectorAll("[data-chart][data-drawn]").forEach(draw);
});
