/* SPDX-License-Identifier: GPL-2.0 */
/* Checks of every map and unmap, see ../dma_ops.py */
#ifndef T_PAGE
#define T_PAGE PAGE_SIZE
#endif
#ifndef T_BASE
#define T_BASE 0x12340000ULL
#endif
int main(void)
{
	static const size_t offs[] = { 0,	   1,	       3,
				       0x1ff,	   0x800,      T_PAGE / 2 + 1,
				       T_PAGE - 4, T_PAGE - 1, T_PAGE,
				       T_PAGE + 5 };
	static const size_t sizes[] = { 1,
					2,
					4,
					512,
					T_PAGE - 1,
					T_PAGE,
					T_PAGE + 1,
					2 * T_PAGE,
					3 * T_PAGE - 2,
					5 * T_PAGE + 3 };
	int bad = 0, cases = 0, i, j, k;

	for (i = 0; i < 10; i++)
		for (j = 0; j < 10; j++) {
			phys_addr_t phys = T_BASE + offs[i];
			size_t size = sizes[j], off = phys & (T_PAGE - 1);
			int want = (off + size + T_PAGE - 1) / T_PAGE, have = 0;
			dma_addr_t dma;
			const char *why = NULL;

			memset(pte, 0, sizeof(pte));
			memset(owned, 0, sizeof(owned));
			dma = t_map(phys, size);
			cases++;
			if (dma == DMA_MAPPING_ERROR)
				why = "map failed";
			else if ((dma & (T_PAGE - 1)) != off)
				why = "low bits differ";
			for (k = 0; k < SLOTS; k++)
				have += owned[k];
			if (!why && have != want)
				why = "number of entries";
			for (k = 0; !why && k < want; k++) {
				int s = t_slot(dma) + k;
				if (s < 0 || s >= SLOTS || !owned[s])
					why = "entry not at the DMA address";
				else if (t_page(s) !=
					 (u64)(phys &
					       ~(phys_addr_t)(T_PAGE - 1)) +
						 k * (u64)T_PAGE)
					why = "entry maps another page";
			}
			if (dma != DMA_MAPPING_ERROR)
				t_unmap(dma, size);
			for (k = 0; !why && k < SLOTS; k++)
				if (owned[k])
					why = "unmap left an entry";
			if (why && bad++ < 2)
				printf("  offset %zu size %zu: %s\n", offs[i],
				       size, why);
		}
	if (t_map_mmio() != DMA_MAPPING_ERROR) {
		printf("  MMIO was not refused\n");
		bad++;
	}
	printf("%d of %d\n", cases - bad, cases);
	return !!bad;
}
