package org.cresset.data.vision;

import org.cresset.base.CressetException;

/**
 * Turning, shearing, scaling and shifting about the middle of an image, in {@code
 * torchvision.transforms.functional.affine}'s conventions; bilinear, with black where there was nothing.
 *
 * @param degrees the angle, clockwise
 * @param right pixels to the right
 * @param down pixels down
 * @param scale the factor of size
 * @param shear the angle of the shear along rows, in degrees
 */
record Affine(double degrees, double right, double down, double scale, double shear) {
    Affine {
        if (!(scale > 0) || !(Math.abs(shear) < 90)) {
            throw CressetException.value("affine: scale " + scale + " and shear " + shear
                    + "; expected a scale above 0 and a shear below 90 degrees");
        }
    }

    Planes apply(Planes x) {
        double cos = Math.cos(Math.toRadians(degrees));
        double sin = Math.sin(Math.toRadians(degrees));
        double tan = Math.tan(Math.toRadians(shear));
        // The inverse of scale * rotation * (1, -tan; 0, 1): where each output pixel comes from.
        double xx = (cos - tan * sin) / scale;
        double xy = (sin + tan * cos) / scale;
        double yx = -sin / scale;
        double yy = cos / scale;
        Planes y = Planes.empty(x.count(), x.height(), x.width());
        for (int r = 0; r < x.height(); r++) {
            for (int c = 0; c < x.width(); c++) {
                double dx = c + 0.5 - x.width() / 2.0 - right;
                double dy = r + 0.5 - x.height() / 2.0 - down;
                double fromX = xx * dx + xy * dy + x.width() / 2.0 - 0.5;
                double fromY = yx * dx + yy * dy + x.height() / 2.0 - 0.5;
                sample(x, fromX, fromY, y, r * x.width() + c);
            }
        }
        return y;
    }

    private static void sample(Planes x, double fromX, double fromY, Planes y, int to) {
        int left = (int) Math.floor(fromX);
        int top = (int) Math.floor(fromY);
        if (left < -1 || top < -1 || left >= x.width() || top >= x.height()) {
            return;
        }
        float a = (float) (fromX - left);
        float b = (float) (fromY - top);
        int plane = x.height() * x.width();
        for (int p = 0; p < x.count(); p++) {
            float upper = (1 - a) * pixel(x, p, top, left) + a * pixel(x, p, top, left + 1);
            float lower = (1 - a) * pixel(x, p, top + 1, left) + a * pixel(x, p, top + 1, left + 1);
            y.pixels()[p * plane + to] = (1 - b) * upper + b * lower;
        }
    }

    private static float pixel(Planes x, int plane, int row, int column) {
        boolean inside = row >= 0 && column >= 0 && row < x.height() && column < x.width();
        return inside ? x.pixels()[(plane * x.height() + row) * x.width() + column] : 0;
    }
}
