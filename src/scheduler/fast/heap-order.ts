// Which of several equal nodes upstream's heap yields, without building the heap.

/**
 * Whether place `a` of a binary heap (the root is 1) comes before `b` when a place comes before
 * what is below it and left before right. Of equal highest values the first in this order is the
 * root once the heap is built: a parent gives way only to something higher, the right child is
 * taken only when it is higher than the left.
 */
export function isEarlierInHeap(a: number, b: number): boolean {
  const depthA = 31 - Math.clz32(a)
  const depthB = 31 - Math.clz32(b)
  if (depthA <= depthB) return a <= b >> (depthB - depthA)
  return a >> (depthA - depthB) < b
}
