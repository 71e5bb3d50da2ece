// Numbers for what pods and nodes repeat: equal JSON gets one number, equal objects get it without
// being read again.

/** Numbers from 1 on for values of one kind; 0 stands for an absent value. */
export class Interner {
  private readonly byObject = new WeakMap<object, number>()
  private readonly byText = new Map<string, number>()

  idOf(value: object | undefined): number {
    if (value === undefined) return 0
    let id = this.byObject.get(value)
    if (id === undefined) {
      id = this.idOfText(JSON.stringify(value))
      this.byObject.set(value, id)
    }
    return id
  }

  idOfText(text: string): number {
    let id = this.byText.get(text)
    if (id === undefined) {
      id = this.byText.size + 1
      this.byText.set(text, id)
    }
    return id
  }
}

/** A longer copy of a column; new places hold `fill`. */
export function grown<T extends Int32Array | Uint32Array | Int16Array | Uint16Array | Float64Array>(
  column: T,
  length: number,
  fill = 0,
): T {
  const copy = new (column.constructor as new (length: number) => T)(length)
  if (fill !== 0) copy.fill(fill, column.length)
  copy.set(column)
  return copy
}
