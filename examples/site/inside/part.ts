export function show(root: HTMLElement): void {
  root.innerHTML = "<h2>x</h2>";
}
