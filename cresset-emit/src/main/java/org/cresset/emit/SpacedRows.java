package org.cresset.emit;

/**
 * Addresses of the rows of a tile, evenly apart by a number of bytes that code is told: an instruction's address may add one
 * register's 1, 2, 4 or 8-fold to another's, so that seven rows need three registers besides the first row's address, and twice
 * as many one more.
 */
final class SpacedRows {
    /** Rows that have addresses from one register. */
    private static final int SEVEN = 7;

    /** The first row's address, or the eighth's; what is between two rows, and the 3 and 5-fold of it. */
    static final int AT = 12;

    private static final int BEHIND = 8;
    private static final int ROW = 9;
    private static final int THREE = X86.RBP;
    private static final int FIVE = 13;

    private final X86 code;
    private final int rows;

    SpacedRows(X86 code, int rows) {
        this.code = code;
        this.rows = rows;
    }

    /** Sets the distance. */
    void apart(X86.Address distance) {
        code.load(ROW, distance);
        code.move(THREE, ROW);
        code.addRegister(THREE, ROW);
        code.addRegister(THREE, ROW);
        code.move(FIVE, THREE);
        code.addRegister(FIVE, ROW);
        code.addRegister(FIVE, ROW);
    }

    /** Sets the first row's address. */
    void begin(X86.Address address) {
        code.load(AT, address);
        if (rows > SEVEN) {
            code.move(BEHIND, AT);
            code.addRegister(BEHIND, FIVE);
            code.addRegister(BEHIND, ROW);
            code.addRegister(BEHIND, ROW);
        }
    }

    /** Goes on in all rows, by a register's bytes. */
    void go(int by) {
        code.addRegister(AT, by);
        if (rows > SEVEN) {
            code.addRegister(BEHIND, by);
        }
    }

    /** Goes on in all rows. */
    void goBytes(int by) {
        code.add(AT, by);
        if (rows > SEVEN) {
            code.add(BEHIND, by);
        }
    }

    /** Where a row is, and so many bytes on. */
    X86.Address row(int r, int offset) {
        int base = r < SEVEN ? AT : BEHIND;
        return switch (r % SEVEN) {
            case 0 -> new X86.Address(base, -1, 1, offset);
            case 3 -> new X86.Address(base, THREE, 1, offset);
            case 5 -> new X86.Address(base, FIVE, 1, offset);
            case 6 -> new X86.Address(base, THREE, 2, offset);
            default -> new X86.Address(base, ROW, r % SEVEN, offset);
        };
    }
}
