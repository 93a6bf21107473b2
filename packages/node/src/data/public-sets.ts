/** @file Public image sets: where their publishers keep them, and by which checksum a copy is known to be whole. */

/** A file to fetch. */
export interface PublicFile {
  readonly url: string;
  /** MD5 as published or widely agreed on, in hexadecimal; without it a copy cannot be verified. */
  readonly md5?: string | undefined;
  /** The files that an archive (.tar.gz) is unpacked for. Default: the file is kept as it is. */
  readonly members?: readonly string[] | undefined;
}

/** A public set: fetched, or where a licence forbids that, what to do by hand. */
export type PublicSet =
  | { readonly title: string; readonly home: string; readonly files: readonly PublicFile[] }
  | { readonly title: string; readonly home: string; readonly byHand: string };

/** The four files of a set in the manner of MNIST, with their MD5. */
const idxFiles = (base: string, sums: readonly [string, string, string, string]): readonly PublicFile[] =>
  ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"].map((name, i) => ({
    url: `${base}${name}-ubyte.gz`,
    md5: sums[i],
  }));

const imagenet = (side: number): PublicSet => ({
  title: `ImageNet at ${side} × ${side}`,
  home: "https://image-net.org/download-images",
  byHand: `its licence asks you to sign in and agree to its terms there. Then fetch Imagenet${side}_train_npz.zip (or its parts) and Imagenet${side}_val_npz.zip, and unpack both into one directory, so that train_data_batch_1.npz … train_data_batch_10.npz and val_data.npz stand in it`,
});

/** Every public set by name. */
export const publicSets = {
  mnist: {
    title: "MNIST",
    home: "http://yann.lecun.com/exdb/mnist/",
    files: idxFiles("https://ossci-datasets.s3.amazonaws.com/mnist/", [
      "f68b3c2dcbeaaa9fbdd348bbdeb94873",
      "d53e105ee54ea40749a09fcbcd1e9432",
      "9fb629c4189551a2d022fa330f9573f3",
      "ec29112dd5afa0611ce80d1b7f02629c",
    ]),
  },
  "fashion-mnist": {
    title: "Fashion-MNIST",
    home: "https://github.com/zalandoresearch/fashion-mnist",
    files: idxFiles("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", [
      "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
      "25c81989df183df01b3e8a0aad5dffbe",
      "bef4ecab320f06d8554ea6380940ec79",
      "bb300cfdad3c16e7a12a480ee83cd310",
    ]),
  },
  kmnist: {
    title: "Kuzushiji-MNIST",
    home: "https://github.com/rois-codh/kmnist",
    files: idxFiles("http://codh.rois.ac.jp/kmnist/dataset/kmnist/", [
      "bdb82020997e1d708af4cf47b453dcf7",
      "e144d726b3acfaa3e44228e80efcd344",
      "5c965bf0a639b31b8f53240b1b52f4d7",
      "7320c461ea6c1c855c0b718fb2a4b134",
    ]),
  },
  cifar10: {
    title: "CIFAR-10",
    home: "https://www.cs.toronto.edu/~kriz/cifar.html",
    files: [
      {
        url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        md5: "c32a1d4ab5d03f1284b67883e8d87530",
        members: [...[1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`), "test_batch.bin"],
      },
    ],
  },
  imagenet32: imagenet(32),
  imagenet64: imagenet(64),
} as const satisfies Readonly<Record<string, PublicSet>>;

/** A public set by name. */
export type PublicSetName = keyof typeof publicSets;

/** Whether a name is that of a public set. */
export const isPublicSetName = (name: string): name is PublicSetName => Object.hasOwn(publicSets, name);
