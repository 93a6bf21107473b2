/** Gives the viewer a file. */
export function download(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Not at once: some browsers read the address later.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** The bytes of a canvas as PNG. */
export function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("studio: the browser made no PNG of the picture; make the window smaller"))), "image/png");
  });
}
