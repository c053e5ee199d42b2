package org.cresset.io;

/**
 * A {@code torch.device} in a file, of which Cresset needs not have the like.
 *
 * @param name for example {@code "cuda:0"}
 */
public record TorchDevice(String name) {
    @Override
    public String toString() {
        return name;
    }
}
