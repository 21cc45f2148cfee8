package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A program of the classic Berkeley Packet Filter over {@code struct seccomp_data}, written from top to bottom: each condition answers, or goes on to the next line.
 *
 * <p>It has one accumulator, of 32 bits. Not safe for use by several threads.
 */
final class Bpf {
    // linux/seccomp.h
    static final int ALLOW = 0x7fff0000;
    static final int KILL_PROCESS = 0x80000000;
    private static final int ERRNO = 0x00050000;
    static final int NUMBER = 0;
    static final int ARCHITECTURE = 4;
    private static final int ARGUMENTS = 16;

    // linux/bpf_common.h
    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int JUMP_IF_GREATER = 0x25;
    private static final int JUMP_IF_SET = 0x45;
    private static final int JUMP = 0x05;
    private static final int RETURN = 0x06;
    private static final int INSTRUCTION_BYTES = 8;
    private static final int SIZEOF_PROGRAM = 16;

    /**
     * One instruction, as in {@code struct sock_filter}.
     *
     * @param code the operation
     * @param whenTrue how many instructions are passed over if the condition holds
     * @param whenFalse and if not
     * @param operand what it compares with, loads or returns
     */
    record Instruction(int code, int whenTrue, int whenFalse, int operand) {}

    private final List<Instruction> instructions = new ArrayList<>();

    /** Returns the answer that fails the call with an error number. */
    static int refuse(int errno) {
        return ERRNO | errno;
    }

    /** Returns the place of an argument's lower half: all that the kernel looks at if its type is int. */
    static int low(int argument) {
        return ARGUMENTS + 8 * argument;
    }

    /** Returns the place of an argument's upper half. */
    static int high(int argument) {
        return low(argument) + 4;
    }

    /** Loads the accumulator from the call's data. */
    Bpf load(int place) {
        return add(LOAD_WORD, 0, 0, place);
    }

    Bpf whenEqual(int value, int answer) {
        return add(JUMP_IF_EQUAL, 0, 1, value).answer(answer);
    }

    Bpf unlessEqual(int value, int answer) {
        return add(JUMP_IF_EQUAL, 1, 0, value).answer(answer);
    }

    /** Compares without sign. */
    Bpf whenAbove(int value, int answer) {
        return add(JUMP_IF_GREATER, 0, 1, value).answer(answer);
    }

    Bpf whenAnyBit(int bits, int answer) {
        return add(JUMP_IF_SET, 0, 1, bits).answer(answer);
    }

    Bpf unlessAnyBit(int bits, int answer) {
        return add(JUMP_IF_SET, 1, 0, bits).answer(answer);
    }

    /** Ends with an answer. */
    Bpf answer(int answer) {
        return add(RETURN, 0, 0, answer);
    }

    /** Ends with what is not refused being allowed. */
    Bpf allow() {
        return answer(ALLOW);
    }

    /** Looks closer if the accumulator, the call's number, equals one; what the block does not answer is allowed. */
    Bpf when(int number, Consumer<Bpf> closer) {
        var block = new Bpf();
        closer.accept(block);
        block.allow();
        add(JUMP_IF_EQUAL, 1, 0, number);
        // Conditional jumps reach 255 instructions, this one any number.
        add(JUMP, 0, 0, block.instructions.size());
        instructions.addAll(block.instructions);
        return this;
    }

    List<Instruction> instructions() {
        return List.copyOf(instructions);
    }

    /** Returns the program as {@code struct sock_fprog}. */
    MemorySegment program(Arena arena) {
        MemorySegment filter = arena.allocate((long) INSTRUCTION_BYTES * instructions.size(), 8);
        long at = 0;
        for (Instruction instruction : instructions) {
            filter.set(JAVA_SHORT, at, (short) instruction.code());
            filter.set(JAVA_BYTE, at + 2, (byte) instruction.whenTrue());
            filter.set(JAVA_BYTE, at + 3, (byte) instruction.whenFalse());
            filter.set(JAVA_INT, at + 4, instruction.operand());
            at += INSTRUCTION_BYTES;
        }
        MemorySegment program = arena.allocate(SIZEOF_PROGRAM, 8);
        program.set(JAVA_SHORT, 0, (short) instructions.size());
        program.set(JAVA_LONG, 8, filter.address());
        return program;
    }

    private Bpf add(int code, int whenTrue, int whenFalse, int operand) {
        instructions.add(new Instruction(code, whenTrue, whenFalse, operand));
        return this;
    }
}
