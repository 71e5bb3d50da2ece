// kubectl's borderless tables: upper-case heads, columns three spaces apart, nothing at line ends.

const gap = '   '

/** Rows of cells as aligned lines, each with a newline. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length)
    })
  }
  return rows
    .map(row => {
      const cells = row.map((cell, index) => cell.padEnd(widths[index] ?? 0))
      return `${cells.join(gap).trimEnd()}\n`
    })
    .join('')
}
