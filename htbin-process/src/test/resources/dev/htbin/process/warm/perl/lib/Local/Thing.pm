package Local::Thing;
use strict;
use List::Util 'first';
sub name { first { $_ } "beside" }
1;
