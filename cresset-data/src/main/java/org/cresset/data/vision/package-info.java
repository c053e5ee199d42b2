/** Data sets of images and what is done to images before a model sees them, as {@code torchvision}. */
@NullMarked
package org.cresset.data.vision;

import org.jspecify.annotations.NullMarked;
