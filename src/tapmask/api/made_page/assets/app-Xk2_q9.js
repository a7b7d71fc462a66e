// Text that gzip makes smaller.
console.log("line 1 of the script");
console.log("line 2 of the script");
console.log("line 3 of the script");
console.log("line 4 of the script");
console.log("line 5 of the script");
console.log("line 6 of the script");
console.log("line 7 of the script");
console.log("line 8 of the script");
console.log("line 9 of the script");
console.log("line 10 of the script");
console.log("line 11 of the script");
console.log("line 12 of the script");
