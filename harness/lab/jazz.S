/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Firmware of a MIPS Jazz machine, which QEMU has not: as much of ARC as the kernel asks for at
 * boot. The kernel, its arguments (at 8 KiB) and its entry point (at 6 KiB) are in memory when the
 * machine starts.
 */
	.set	noreorder
	.text
	.globl	_start
_start:	li	$t0, 0xa0001000		/* the system parameter block */
	li	$t1, 0x53435241
	sw	$t1, 0($t0)
	la	$t1, romvec
	sw	$t1, 32($t0)
	mtc0	$zero, $13
	lui	$t1, 0x1000
	mtc0	$t1, $12

	/*
	 * QEMU's R4030 gives 7 as the ISA interrupt that is pending, whichever it is. The kernel takes
	 * that for a spurious one, and the PIT, which runs from reset on, would interrupt it without
	 * end. In mode 0 it does so once, before the kernel resets the interrupt controller. The ports
	 * are mapped to where the kernel will map them.
	 */
	mtc0	$zero, $0		/* index */
	li	$t0, 0x02400017		/* 0x90000000, uncached */
	mtc0	$t0, $2
	li	$t0, 0x02440017
	mtc0	$t0, $3
	li	$t0, 0x01ffe000		/* 16 MiB */
	mtc0	$t0, $5
	li	$t0, 0xe2000000
	mtc0	$t0, $10
	nop
	tlbwi
	nop
	li	$t1, 0x30
	sb	$t1, 0x43($t0)
	li	$t1, 1			/* count */
	sb	$t1, 0x40($t0)
	sb	$zero, 0x40($t0)

	li	$a0, 2
	la	$a1, argv
	li	$t0, 0xa0001800
	lw	$t9, 0($t0)
	move	$a2, $zero
	jr	$t9
	 move	$a3, $zero

none:	jr	$ra
	 move	$v0, $zero

child:	la	$v0, root
	jr	$ra
	 nop

/* After NULL the only descriptor, and after that none */
memory:	bnez	$a0, none
	 nop
	la	$v0, ram
	jr	$ra
	 nop

	.align	2
argv:	.word	name, 0x80002000, 0
root:	.word	0, 0, 0, 0, 0, 0, 0, 15, name	/* struct linux_component */
ram:	.word	2, 0x10, 0x8000 - 0x10		/* free, first page, pages: 128 MiB */
romvec:	.rept	10
	.word	none
	.endr
	.word	child
	.rept	7
	.word	none
	.endr
	.word	memory
	.rept	16
	.word	none
	.endr
name:	.asciz	"Microsoft-Jazz"
